"""Every request of a run: sent, counted, limited in rate, and refused where the run may not write."""
