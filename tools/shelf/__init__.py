"""Tools over models of the hub, by model id: detection, questions, matching, depth. Each module is a factory of tools."""
