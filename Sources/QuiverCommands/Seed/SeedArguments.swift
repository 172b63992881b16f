public import ArgumentParser
public import CloudInit

extension SeedFilesystem: ExpressibleByArgument {
    /// Accepts `iso` for iso9660, as cloud-localds does.
    public init?(argument: String) {
        self.init(rawValue: argument == "iso" ? Self.iso9660.rawValue : argument)
    }
}

extension SeedDiskFormat: ExpressibleByArgument {}
