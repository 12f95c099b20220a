"""Monitor a border in crisis: lines, checkpoints, villages and incidents as GeoDataFrames; zones; who is cut off; offline maps.

Start with :func:`load`, which gives the situation of the Cambodia-Thailand border from the embedded data, and see what it holds::

    import bordergis as bg

    situation = bg.load("2026-01-14")
    situation.access.table["status"].value_counts()
    bg.situation_map(situation).save("situation.html")
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "access",
        "border",
        "crs",
        "datasets",
        "errors",
        "files",
        "geodesy",
        "maps",
        "provenance",
        "proximity",
        "readers",
        "report",
        "schema",
        "situation",
        "zones",
    ],
    submod_attrs={
        "access": ["InaccessibleVillages", "inaccessible_villages"],
        "border": [
            "BorderComparison",
            "border_length",
            "border_quality",
            "border_strip",
            "by_claim",
            "chainage",
            "compare_borders",
            "distance_to_border",
            "join_lines",
            "nearest_point_on_border",
            "point_at",
            "require_fine_line",
            "sectors_at",
            "sectors_by_length",
            "sectors_by_province",
            "side_of_border",
        ],
        "datasets": [
            "load_border",
            "load_camps",
            "load_checkpoint_status",
            "load_checkpoints",
            "load_designated_areas",
            "load_figures",
            "load_gazetteer",
            "load_hazards",
            "load_incident_places",
            "load_incidents",
            "load_periods",
            "load_places",
            "load_provisions",
            "load_villages",
            "load_visits",
            "registry",
            "sources",
        ],
        "maps": ["SituationMap", "situation_map"],
        "fetching": ["add", "cached", "fetch", "public_sources"],
        "proximity": ["distance_to_checkpoint", "near"],
        "naming": ["locate", "split_places"],
        "readers": [
            "from_acled",
            "from_codab",
            "from_dtm",
            "from_geonames",
            "from_hxl",
            "from_imsma",
            "from_kml",
            "from_line",
            "from_osm",
            "from_table",
            "from_ucdp_ged",
            "from_vector",
            "inspect_file",
            "read_layer",
            "update_incidents",
        ],
        "report": ["encode_table", "situation_summary", "write_table"],
        "situation": ["Situation", "load"],
        "buffers": ["geodesic_buffer", "rings", "square_cells"],
        "zones": ["areas_of_units", "zones_over_time", "exclusion_zones", "load_rules", "near_zones", "points_in_zones", "rule_presets"],
    },
)
