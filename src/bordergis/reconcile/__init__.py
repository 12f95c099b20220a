"""Reported against computed: villages by name and code, counts by bounds, figures against each other; a residual is shown, not judged."""

from bordergis.reconcile.counts import reconcile_counts
from bordergis.reconcile.figures import FigureChecks, reconcile_figures
from bordergis.reconcile.villages import VillageReconciliation, reconcile_villages

__all__ = ["FigureChecks", "VillageReconciliation", "reconcile_counts", "reconcile_figures", "reconcile_villages"]
