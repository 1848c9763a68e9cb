"""The SQL of the room, by subject. Working tables live for one transaction and begin with rcv_."""


def share(credit: str, part: str, whole: str) -> str:
    """Return `exposure.rules.part_of` as SQL over three column expressions."""
    return (
        f"CASE WHEN {credit} = {whole} THEN {part} WHEN {part} = {whole} THEN {credit} ELSE"
        f" div(2 * {credit}::numeric * {part} + {whole}, 2 * {whole}::numeric)::bigint END"
    )


TABLES = (
    "rcv_line", "rcv_head", "rcv_customer", "rcv_doc", "rcv_move", "rcv_want", "rcv_target",
    "rcv_rebuilt", "rcv_retracted", "rcv_placed", "rcv_entry", "rcv_named",
)  # fmt: skip

DROP = f"DROP TABLE IF EXISTS {', '.join(TABLES)}"
