"""Orders of fictional companies drawn in many layouts, formats and languages, each with its truth, and their score."""
