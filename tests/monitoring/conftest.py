from tests.ibis_engines import ibis_engine

__all__ = ["ibis_engine"]
