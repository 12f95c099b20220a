from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from bordergis.crs import require_lonlat, require_same_crs
from bordergis.errors import CRSMismatchError, MissingCRSError

HERE = gpd.GeoSeries([Point(103.5, 14.2), None], crs="EPSG:4326")


def test_lonlat_is_taken_under_both_its_names():
    require_lonlat(HERE, HERE.set_crs("OGC:CRS84", allow_override=True))


@pytest.mark.parametrize("other", ["EPSG:32648", "EPSG:3857", "EPSG:4240"])
def test_another_system_is_refused_with_its_name_and_the_remedy(other):
    with pytest.raises(CRSMismatchError, match=rf"{other}.*to_crs"):
        require_lonlat(HERE.to_crs(other))


def test_no_system_is_refused_and_never_guessed():
    with pytest.raises(MissingCRSError, match="set_crs"):
        require_lonlat(gpd.GeoSeries([Point(103.5, 14.2)]))
    with pytest.raises(MissingCRSError, match="none"):
        require_same_crs(HERE, gpd.GeoSeries([Point(103.5, 14.2)]))


@pytest.mark.parametrize("point", [(14.2, 103.5), (456_000.0, 1_570_000.0)])
def test_numbers_that_cannot_be_degrees_are_refused(point):
    with pytest.raises(CRSMismatchError, match="lon, lat"):
        require_lonlat(gpd.GeoSeries([Point(103, 14), Point(point)], crs="EPSG:4326"))
