public import QAPI

// Descriptions and records on disk have QEMU's names.
extension Accelerator: Codable {}
extension WatchdogAction: Codable {}
