"""What external sources say, made into values: parsing and matching, without network, database or clock."""
