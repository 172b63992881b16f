import LibC
public import Quantities
public import SystemPackage

extension Directory {
    /// The disk space of a file, or of a directory with its content; zero if it does not exist.
    public static func occupiedSize(of path: FilePath) -> ByteCount {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { return ByteCount(0) }
        let own = UInt64(status.st_blocks) * 512
        guard status.st_mode & S_IFMT == S_IFDIR else { return ByteCount(own) }
        return ByteCount(names(in: path).reduce(own) { $0 + occupiedSize(of: path.appending($1)).bytes })
    }
}
