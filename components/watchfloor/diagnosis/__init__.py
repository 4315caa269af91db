"""Is this abnormal, why, and how sure? Quality, health of sensors, detectors, comparison, extremes, forecasts."""
