"""Tables of one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag

from monitor.dashboard.words import Words


def table(
    words: Words,
    table_id: str,
    columns: Sequence[Any],
    rows: Sequence[Any],
    *,
    empty: str,
) -> Any:
    """A table that can be sorted and filtered; ``empty`` is said where there are no rows."""
    _ = words.gettext
    return dag.AgGrid(
        id=table_id,
        columnDefs=columns,
        rowData=rows,
        columnSize="responsiveSizeToFit",
        defaultColDef={"sortable": True, "resizable": True, "filter": False, "minWidth": 70},
        dashGridOptions={
            "theme": {"function": "themeQuartz"},
            "rowHeight": 44,
            "headerHeight": 40,
            "animateRows": False,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "suppressCellFocus": False,
            "localeText": {"noRowsToShow": empty, "loadingOoo": _("Loading...")},
        },
        className="table",
    )
