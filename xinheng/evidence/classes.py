"""The class of every field of this room (see access.classes)."""

FIELDS = {
    "Statement": {
        "internal": "id customer period_end months available_date audited currency"
        " total_assets_minor current_assets_minor inventory_minor receivables_minor"
        " cash_minor intangible_assets_minor current_liabilities_minor"
        " total_liabilities_minor equity_minor retained_earnings_minor sales_minor"
        " cost_of_sales_minor gross_profit_minor ebit_minor interest_expense_minor"
        " profit_before_tax_minor net_profit_minor depreciation_minor"
        " amortisation_minor operating_cash_flow_minor batch_id changed_xid",
    },
    "Event": {
        "public": "event_date kind title source reference url",
        "internal": "id customer credit_code name role amount_minor currency text batch_id"
        " changed_xid",
    },
    "BureauReport": {
        "internal": "id customer agency reference report_date score grade pd"
        " recommended_limit_minor currency batch_id changed_xid",
    },
    "Questionnaire": {
        "internal": "id customer form date form_version earned possible weighed weight answered"
        " items enough batch_id changed_xid",
    },
    "Answer": {
        "internal": "id questionnaire item answer points batch_id changed_xid",
    },
    "TaxInvoice": {
        "internal": "id customer direction number line date counterparty amount_minor tax_minor"
        " status batch_id changed_xid",
    },
    "Interaction": {
        "internal": "id customer reference date kind outcome text batch_id changed_xid",
    },
}
