"""The knowledge desk: what is in force, its versions, what officers taught, what was not answered."""
