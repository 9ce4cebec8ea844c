"""Training sets in the formats that trainers read, checked before they are written and read back after."""
