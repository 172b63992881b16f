public import SystemPackage

extension DiskChain {
    /// Follows the chain that begins at `path`, whose disk must be there down to its bottom.
    ///
    /// - Throws: ``DiskImageError`` with code `badImage` for a base that is missing, a cycle or a chain too long;
    ///   with the code that reading gave for an image that cannot be used.
    public static func readWhole(_ path: FilePath, format: DiskFormat? = nil) throws(DiskImageError) -> DiskChain {
        let chain = read(path, format: format)
        switch chain.end {
        case .unusable(_, let error): throw error
        case .missing(let missing, let recorder):
            throw DiskImageError(
                .badImage,
                "\(recorder): its own base \(missing) is missing; fix that first, see: quiver overlay check \(path)"
            )
        case .cycle(let file):
            throw DiskImageError(.badImage, "\(file): is its own base; choose another base")
        case .tooLong(let limit):
            throw DiskImageError(.badImage, "\(path): has more than \(limit) images below it; choose another base")
        case .remote, nil:
            return chain
        }
    }
}
