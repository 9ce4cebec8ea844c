"""Whether what a rationale says stands in its trace: every number, place, name, attribute, relation and the answer."""
