"""Who a document belongs to already, when its number is on record."""


def held_elsewhere(table: str, row: str) -> str:
    """Return the condition that the number of `row` is on record for a customer out of scope.

    A number that a foreign customer holds must not be rewritten by somebody who cannot see it.
    """
    return f"""
    (NOT %(all)s AND EXISTS (
        SELECT FROM {table} o JOIN parties_customer p ON p.id = o.customer_id
        WHERE o.number = {row}.number
          AND NOT coalesce(p.owner_id = %(owner)s OR p.department_id = ANY(%(departments)s), false)
    ))"""
