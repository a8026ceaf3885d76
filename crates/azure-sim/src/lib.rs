//! An offline Azure: Azure Resource Manager in process or as a server
