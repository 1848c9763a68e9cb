"""Figures to which a generated company is fitted, each with its source. Data only.

The fitted numbers stand here; the data they were measured on are never part of the project.
"""

# Days late of paid invoices of a North American distributor (HighRadius b2b_invoices, 32,008 paid
# invoices due up to 2019-12): 399 customers with five and more paid invoices. Share of a
# customer's invoices paid after the due date, at these ranks among customers.
LATE_SHARE_RANKS = (
    0.0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0,
)  # fmt: skip
LATE_SHARES = (
    0.0, 0.0, 0.06, 0.167, 0.2, 0.262, 0.355, 0.435, 0.55, 0.724, 0.783, 0.833, 0.973, 1.0, 1.0,
)  # fmt: skip
# Mean days late of the same customers (payments before the due date are negative).
MEAN_DAYS_RANKS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MEAN_DAYS_LATE = (-5.18, -3.87, -1.23, -0.17, 0.45, 1.0, 1.56, 2.24, 3.33, 6.65, 10.26)
# Days after the due date of a customer's late invoices, and days before it of the others: medians
# over customers and the spread of their logarithm, chosen so that the means above come out.
LATE_DAYS_MEDIAN, LATE_DAYS_SPREAD = 2.9, 0.8
EARLY_DAYS_MEDIAN, EARLY_DAYS_SPREAD, NEVER_EARLY = 1.6, 1.0, 0.165

# Share of a year's sales by month: mean over firm-years of 123 Chinese small and medium firms with
# sales in ten and more months of 2017 to 2019 (VAT sales invoices, CUMCM 2020 C, annex 1).
MONTH_SHARES = (
    0.1056, 0.0559, 0.0730, 0.0722, 0.0676, 0.0809, 0.0755, 0.0832, 0.0837, 0.0864, 0.0911, 0.1247,
)  # fmt: skip
MONTH_YEARS = (2017, 2018, 2019)
# Invoices by weekday (Monday first), relative to a Monday, and by third of the month: same source.
WEEKDAY_WEIGHTS = (1.0, 1.08, 1.02, 0.95, 0.92, 0.24, 0.20)
DAY_OF_MONTH_WEIGHTS = (0.75, 0.95, 1.30)

# First day of the lunar year (GB/T 33661-2017 calculation, as published in calendars).
SPRING_FESTIVALS = (
    "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
    "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
    "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11",
    "2033-01-31", "2034-02-19", "2035-02-08",
)  # fmt: skip

# Upper bounds of yearly sales (in yuan) of micro, small and medium industrial firms:
# 统计上大中小微型企业划分办法 (2017), 工业.
SIZE_BOUNDS = (3_000_000, 20_000_000, 400_000_000)
SIZES = ("micro", "small", "medium", "large")

# What we aim at ourselves.
TOP_TENTH_SHARE = 0.65  # of sales, by the largest tenth of customers
MEAN_INVOICE_YUAN = 75_000
LEAST_WEIGHT = 0.35  # of the median customer's sales: below that nobody sells on account
YEARLY_GROWTH = 0.04  # of one customer; new customers add as much again and more
WHOLE_GROWTH = 0.12  # of all of them, which the measured month shares contain as well
DISPUTE_SHARE = 0.004  # of invoices: paid months late, whoever the customer is
DEFAULT_SHARE = 0.04
STRESS_SHARE = 0.06  # pass through a crisis and recover: the false alarms of real life
NEW_SHARE = 0.02  # on file, nothing sold yet
CREDIT_NOTE_SHARE = 0.03
VOID_SHARE = 0.012
TERMS = (
    # text, days, counted from the end of the month, weight
    ("net 30", 30, False, 44),
    ("net 60", 60, False, 13),
    ("net 45", 45, False, 11),
    ("net 90", 90, False, 2),
    ("eom 30", 30, True, 11),
    ("eom 60", 60, True, 3),
    ("eom", 0, True, 7),
    ("net 15", 15, False, 6),
    ("cod", 0, False, 3),
)
METHODS = (
    # receipts by method and weight
    ("transfer", 80), ("bank_bill", 13), ("commercial_bill", 3), ("cash", 1), ("offset", 3),
)  # fmt: skip
