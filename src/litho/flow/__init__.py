"""A run from configuration to result, stage by stage."""
