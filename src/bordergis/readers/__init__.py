"""One module a foreign format: a file comes in, a checked layer and a report of every row go out."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=["checked", "coordinates", "dates", "door", "text"],
    submod_attrs={
        "acled": ["from_acled"],
        "checked": ["Checked", "FaultsError", "Report"],
        "codab": ["from_codab"],
        "coordinates": ["parse_coordinates", "parse_position"],
        "dates": ["parse_dates"],
        "dtm": ["from_dtm"],
        "geonames": ["from_geonames"],
        "hxl": ["from_hxl"],
        "imsma": ["from_imsma"],
        "incidents": ["IncidentUpdate", "update_incidents"],
        "inspection": ["Inspection", "inspect_file"],
        "kml": ["from_kml"],
        "line": ["from_line"],
        "osm": ["from_osm"],
        "read": ["read_layer"],
        "table": ["from_table"],
        "ucdp_ged": ["from_ucdp_ged"],
        "vector": ["from_vector"],
    },
)
