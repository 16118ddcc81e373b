"""What is drafted from figures, edited by a person, published and kept: analysis reports (K08), bulletins (P04)."""
