"""What things cost, beside what they cost elsewhere: one module for each row of the report."""
