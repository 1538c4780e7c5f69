"""Tables of one look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import Dash, Input, Output, html
from dash.exceptions import PreventUpdate

from monitor.dashboard.components.attributes import attributes
from monitor.dashboard.words import Words

_ONE_ROW = {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True}
_COLUMN = {"sortable": True, "resizable": True, "filter": False, "minWidth": 70}


def table(
    words: Words,
    table_id: str,
    columns: Sequence[Any],
    rows: Sequence[Any],
    *,
    empty: str,
    is_choosable: bool = False,
) -> Any:
    """A table that can be sorted; ``empty`` is said where there are no rows.

    ``is_choosable``: one row can be chosen, and rows have an ``id`` by which they stay chosen.
    """
    choosing = (
        {"rowSelection": _ONE_ROW, "alwaysShowHorizontalScroll": True} if is_choosable else {}
    )
    named = {"getRowId": "params.data.id"} if is_choosable else {}
    return dag.AgGrid(
        id=table_id,
        columnDefs=columns,
        rowData=rows,
        columnSize="responsiveSizeToFit",
        defaultColDef=_COLUMN,
        dashGridOptions=_options(words, empty) | choosing,
        className="table",
        **named,
    )


def long_table(words: Words, table_id: str, columns: Sequence[Any], *, empty: str) -> Any:
    """A table of any length: it asks for a page of rows (``getRowsRequest``) when it comes into sight.

    One row can be chosen. Rows have an ``id``; columns named in ``filterModel`` are filtered by who answers.
    """
    return dag.AgGrid(
        id=table_id,
        columnDefs=columns,
        rowModelType="infinite",
        getRowId="params.data.id",
        defaultColDef={
            **_COLUMN,
            "filter": "agTextColumnFilter",
            "suppressHeaderFilterButton": True,
            "suppressHeaderMenuButton": True,
        },
        dashGridOptions={
            **_options(words, empty),
            "cacheBlockSize": 100,
            "alwaysShowHorizontalScroll": True,
            "maxBlocksInCache": 20,
            "rowSelection": _ONE_ROW,
        },
        className="table",
    )


def register_pages(app: Dash, table_id: str, answer: Callable[[dict[str, Any]], Any]) -> None:
    """Let a long table have the page that it asks for."""

    @app.callback(
        Output(table_id, "getRowsResponse"),
        Input(table_id, "getRowsRequest"),
        prevent_initial_call=True,
    )
    def turn_page(request: dict[str, Any] | None) -> Any:
        if request is None:
            raise PreventUpdate
        return answer(request)


def plain_table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """A table to be read: no sorting, no choosing."""
    return dmc.Table(
        [
            html.Thead(html.Tr([html.Th(head, **attributes(scope="col")) for head in heads])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="plain-table",
    )


def _options(words: Words, empty: str) -> dict[str, Any]:
    _ = words.gettext
    return {
        "theme": {"function": "themeQuartz"},
        "rowHeight": 44,
        "headerHeight": 40,
        "animateRows": False,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "suppressCellFocus": False,
        # Every text that the grid says by itself; what it is not told it says in English.
        "localeText": {
            "noRowsToShow": empty,
            "noMatchingRows": _("Nothing matches."),
            "loadingOoo": _("Loading..."),
            "loadingError": _("could not be loaded"),
            "ariaSkeletonCellLoading": _("is loading"),
            "ariaSkeletonCellLoadingFailed": _("could not be loaded"),
            "ariaSortableColumn": _("Press Enter to sort."),
            "ariaRowSelect": _("Press Space to choose this row."),
            "ariaRowDeselect": _("Press Space to let this row go."),
        },
    }
