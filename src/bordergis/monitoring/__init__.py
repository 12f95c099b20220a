"""Monitoring: published figures, periods and rates, observation coverage, claims. It counts what is reported; it judges nobody."""

from bordergis.monitoring.claims import claims_table, link_reports
from bordergis.monitoring.coverage import coverage_gaps, days_since_visit, observation_coverage
from bordergis.monitoring.figures import Figures, published_figures
from bordergis.monitoring.observed import independent_observation, observed_days
from bordergis.monitoring.provisions import concerns_provision
from bordergis.monitoring.rates import incident_periods, incident_rates

__all__ = [
    "Figures",
    "claims_table",
    "concerns_provision",
    "coverage_gaps",
    "days_since_visit",
    "incident_periods",
    "incident_rates",
    "independent_observation",
    "link_reports",
    "observation_coverage",
    "observed_days",
    "published_figures",
]
