//! The Azure port over azure_core: credentials, pipeline, paging, long-running operations
