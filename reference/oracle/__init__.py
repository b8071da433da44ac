"""An independent reference for Foretoken, written from the papers and the file formats."""
