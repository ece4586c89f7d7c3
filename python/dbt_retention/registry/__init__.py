"""Published models: their cards, where they lie, and how they score and explain rows. Knows no engine."""
