"""Judge, tell, gather, teach, measure."""
