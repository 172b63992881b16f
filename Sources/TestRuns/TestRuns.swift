// TestRuns
