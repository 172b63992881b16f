public import ArgumentParser
public import CloudImages

extension SeedFilesystem: ExpressibleByArgument {}
