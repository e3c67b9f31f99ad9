"""Times, measured side by side in one run; nothing here is asserted, for machines differ."""
