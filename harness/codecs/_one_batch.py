"""A table as the one batch that it was."""

from __future__ import annotations

import pyarrow as pa


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """All rows of a table as one batch, also where there are none."""
    if table.num_rows == 0:  # a dictionary lies in a chunk, where there is one
        empty = [one.chunk(0) if one.num_chunks else pa.array([], one.type) for one in table.columns]
        return pa.RecordBatch.from_arrays(empty, names=table.column_names)
    return table.combine_chunks().to_batches()[0]
