"""Run one model in every form, find where they disagree, say why, and time them fairly."""
