"""Evidence about one customer: bureau reports, forms, own trade, dealings."""
