"""The storm: workers, Valkey and PostgreSQL are killed while texts leave; afterwards the provider's ledger decides."""
