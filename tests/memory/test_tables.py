"""The tables: one schema, apart from anybody else's, in the order in which it is read."""

import pytest
from sqlalchemy import Integer, Table, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from memory.tables import EVENT, TABLES, TRUTH, VERDICT, insert_sql

NAMES = sorted(TABLES.tables)


def test_our_tables_are_not_mixed_with_those_of_other_sqlmodel_users() -> None:
    assert set(SQLModel.metadata.tables).isdisjoint(NAMES)


@pytest.mark.parametrize("name", ["event", "verdict", "truth", "sealed", "answer", "clock"])
def test_what_is_read_by_run_and_number_lies_in_that_order(name: str) -> None:
    engine = create_engine("sqlite://")
    assert "WITHOUT ROWID" in str(CreateTable(TABLES.tables[name]).compile(engine))
    engine.dispose()


@pytest.mark.parametrize("name", NAMES)
def test_every_table_can_be_made_and_has_a_primary_key(name: str) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        TABLES.create_all(connection)
        assert inspect(connection).get_pk_constraint(name)["constrained_columns"]
    engine.dispose()


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_not_bound_to_sqlite(name: str) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = str(CreateTable(TABLES.tables[name]).compile(dialect=dialect))
    assert "ROWID" not in made


@pytest.mark.parametrize("table", [EVENT, VERDICT, TRUTH], ids=str)
def test_a_row_is_inserted_as_a_tuple_in_the_order_of_the_columns(table: Table) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        TABLES.create_all(connection)
        row = tuple(
            place if isinstance(column.type, Integer) else bytes([place])
            for place, column in enumerate(table.c)
        )
        connection.exec_driver_sql(insert_sql(table, engine.dialect), [row])
        assert connection.execute(table.select()).all() == [row]
    engine.dispose()
