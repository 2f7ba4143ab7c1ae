"""Destinations of delivery streams in S3: how the properties are called in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.services._wire import Part, capital

if TYPE_CHECKING:
    from pavedroad.provider.live.services._wire import Names

_LOGGING: Final[Names] = capital("enabled", "logGroupName", "logStreamName")
_BUCKET: Final[Names] = {
    **capital("compressionFormat", "errorOutputPrefix", "prefix"),
    "bucketArn": "BucketARN",
    "bufferingInterval": "BufferingHints.IntervalInSeconds",
    "bufferingSize": "BufferingHints.SizeInMBs",
    "cloudwatchLoggingOptions": Part("CloudWatchLoggingOptions", _LOGGING),
    "kmsKeyArn": "EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN",
    "roleArn": "RoleARN",
}
_HIVE: Final[Names] = capital("timestampFormats")
_OPEN_X: Final[Names] = capital(
    "caseInsensitive", "columnToJsonKeyMappings", "convertDotsInJsonKeysToUnderscores"
)
_ORC: Final[Names] = capital(
    "blockSizeBytes",
    "bloomFilterColumns",
    "bloomFilterFalsePositiveProbability",
    "compression",
    "dictionaryKeyThreshold",
    "enablePadding",
    "formatVersion",
    "paddingTolerance",
    "rowIndexStride",
    "stripeSizeBytes",
)
_PARQUET: Final[Names] = capital(
    "blockSizeBytes",
    "compression",
    "enableDictionaryCompression",
    "maxPaddingBytes",
    "pageSizeBytes",
    "writerVersion",
)
_SCHEMA: Final[Names] = {
    **capital("catalogId", "databaseName", "region", "tableName", "versionId"),
    "roleArn": "RoleARN",
}
_CONVERSION: Final[Names] = {
    **capital("enabled"),
    "inputFormatConfiguration": Part(
        "InputFormatConfiguration",
        {
            "deserializer": Part(
                "Deserializer",
                {
                    "hiveJsonSerDe": Part("HiveJsonSerDe", _HIVE, bare=True),
                    "openXJsonSerDe": Part("OpenXJsonSerDe", _OPEN_X, bare=True),
                },
            )
        },
    ),
    "outputFormatConfiguration": Part(
        "OutputFormatConfiguration",
        {
            "serializer": Part(
                "Serializer",
                {
                    "orcSerDe": Part("OrcSerDe", _ORC, bare=True),
                    "parquetSerDe": Part("ParquetSerDe", _PARQUET, bare=True),
                },
            )
        },
    ),
    "schemaConfiguration": Part("SchemaConfiguration", _SCHEMA),
}
_PROCESSOR: Final[Names] = {
    **capital("type"),
    "parameters": Part("Parameters", capital("parameterName", "parameterValue"), many=True),
}
EXTENDED_S3: Final[Names] = {
    **_BUCKET,
    **capital("customTimeZone", "fileExtension", "s3BackupMode"),
    "dataFormatConversionConfiguration": Part("DataFormatConversionConfiguration", _CONVERSION),
    "dynamicPartitioningConfiguration": Part(
        "DynamicPartitioningConfiguration",
        {**capital("enabled"), "retryDuration": "RetryOptions.DurationInSeconds"},
    ),
    "processingConfiguration": Part(
        "ProcessingConfiguration",
        {**capital("enabled"), "processors": Part("Processors", _PROCESSOR, many=True)},
    ),
    "s3BackupConfiguration": Part("S3BackupConfiguration", _BUCKET),
}
UNTOLD: Final = ("customTimeZone", "fileExtension", "s3BackupConfiguration")
"""What the emulator keeps but does not answer."""
