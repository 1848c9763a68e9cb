"""What a reservation can go through, told line by line."""

from tests.stories.teller import tell


@tell
def test_what_is_not_shipped_returns_to_the_customer(account):
    """
    limit   1000
    reserve so-1  700
    reserve so-2  400       ! LimitExceeded
    post    so-1  650
    expect  available 350
    void    so-1            ! AlreadyResolved
    """
    assert account.reserved_minor == 0


@tell
def test_a_part_shipment_keeps_the_rest_reserved_and_nets_to_zero(account):
    """
    limit   1000
    reserve so-1  1000
    post    so-1  400 keep
    expect  receivable 400
    expect  reserved 600
    expect  available 0
    """
    assert account.used_minor == 1000


@tell
def test_without_credit_nothing_is_reserved_but_what_happened_is_recorded(account):
    """
    limit   none
    reserve so-1  1         ! LimitExceeded
    invoice inv-1 500
    expect  receivable 500
    settle  inv-1 500
    expect  receivable 0
    """
    assert account.mode == "none"


@tell
def test_a_limit_of_zero_is_not_the_same_as_none_but_reserves_as_little(account):
    """
    limit   0
    reserve so-1  1         ! LimitExceeded
    limit   unlimited
    reserve so-1  999999
    """
    assert account.reserved_minor == 999999


@tell
def test_a_limit_lowered_below_use_stops_new_reservations_only(account):
    """
    limit   1000
    reserve so-1  900
    limit   500
    expect  available -400
    reserve so-2  1         ! LimitExceeded
    post    so-1  900
    settle  so-1  900
    reserve so-2  500
    """
    assert account.used_minor == 500


@tell
def test_a_release_passes_the_limit_by_what_it_says_and_no_more(account):
    """
    limit   1000
    reserve so-1  1000
    reserve so-2  101 excess 100 decision 7     ! LimitExceeded
    reserve so-2  100 excess 100 decision 7
    expect  available -100
    """
    assert account.used_minor == 1100


@tell
def test_a_reservation_that_ran_out_cannot_be_posted_even_if_nobody_swept_it(account):
    """
    limit   1000
    reserve so-1  100
    expire  so-1            ! NotYetExpired
    void    so-1
    brief   so-2  600
    post    so-2  600       ! ReservationExpired
    expire  so-2
    expect  available 1000
    post    so-2  600       ! AlreadyResolved
    """
    assert account.used_minor == 0


@tell
def test_more_than_was_reserved_cannot_be_posted(account):
    """
    limit   1000
    reserve so-1  600
    post    so-1  601       ! AmountTooLarge
    post    so-1  0         ! AmountNotPositive
    post    so-1  600
    """
    assert account.receivable_minor == 600


@tell
def test_the_group_is_asked_as_well(account):
    """
    group   limited 1500
    limit   2000
    reserve so-1  1500
    reserve so-2  1         ! LimitExceeded
    post    so-1  1000
    expect  group 1000
    reserve so-2  500
    """
    assert account.used_minor == 1500
