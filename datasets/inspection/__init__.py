"""What a set of faces holds, checked: what is left out, what its labels mean, what is wrong."""
