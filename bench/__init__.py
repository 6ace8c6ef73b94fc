"""Figures of Muster, printed beside what they are compared with; nothing here passes or fails."""
