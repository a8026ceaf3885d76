//! The bodies that compute understands.

use crate::shape::Shape;

const CREATION: Shape = Shape::Object(&[
    (
        "createOption",
        Shape::Word(&[
            "Empty",
            "Attach",
            "FromImage",
            "Import",
            "Copy",
            "Restore",
            "Upload",
            "CopyStart",
            "ImportSecure",
            "UploadPreparedSecure",
        ]),
    ),
    ("sourceResourceId", Shape::Text),
    ("sourceUri", Shape::Text),
    ("storageAccountId", Shape::Text),
    ("imageReference", Shape::Any),
    ("galleryImageReference", Shape::Any),
    ("uploadSizeBytes", Shape::Int),
    ("logicalSectorSize", Shape::Int),
    ("performancePlus", Shape::Bool),
    ("securityDataUri", Shape::Text),
    ("provisionedBandwidthCopySpeed", Shape::Text),
    ("sourceUniqueId", Shape::ReadOnly),
]);

const PROPERTIES: Shape = Shape::Object(&[
    ("creationData", CREATION),
    ("diskSizeGB", Shape::Int),
    ("osType", Shape::Word(&["Windows", "Linux"])),
    ("hyperVGeneration", Shape::Word(&["V1", "V2"])),
    ("diskIOPSReadWrite", Shape::Int),
    ("diskMBpsReadWrite", Shape::Int),
    ("diskIOPSReadOnly", Shape::Int),
    ("diskMBpsReadOnly", Shape::Int),
    (
        "encryption",
        Shape::Object(&[("type", Shape::Text), ("diskEncryptionSetId", Shape::Text)]),
    ),
    ("maxShares", Shape::Int),
    (
        "networkAccessPolicy",
        Shape::Word(&["AllowAll", "AllowPrivate", "DenyAll"]),
    ),
    ("publicNetworkAccess", Shape::Word(&["Enabled", "Disabled"])),
    ("dataAccessAuthMode", Shape::Text),
    ("diskAccessId", Shape::Text),
    ("tier", Shape::Text),
    ("burstingEnabled", Shape::Bool),
    ("optimizedForFrequentAttach", Shape::Bool),
    ("supportsHibernation", Shape::Bool),
    ("incremental", Shape::Bool),
    ("purchasePlan", Shape::Any),
    ("securityProfile", Shape::Any),
    ("supportedCapabilities", Shape::Any),
    ("encryptionSettingsCollection", Shape::Any),
]);

pub(super) const BODY: Shape = Shape::Object(&[
    ("location", Shape::Text),
    ("tags", Shape::TextMap),
    ("zones", Shape::Array(&Shape::Text)),
    (
        "sku",
        Shape::Object(&[("name", Shape::Text), ("tier", Shape::ReadOnly)]),
    ),
    ("extendedLocation", Shape::Any),
    ("properties", PROPERTIES),
]);
