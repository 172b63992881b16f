public import ArgumentParser
public import DiskImages

extension DiskFormat: ExpressibleByArgument {}
