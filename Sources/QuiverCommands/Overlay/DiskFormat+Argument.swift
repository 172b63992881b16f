public import ArgumentParser
public import CloudImages

extension DiskFormat: ExpressibleByArgument {}
