import DiskImages
public import HostSupport
import LibC
public import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The images on this host: a directory for each, with the disk, what boots it and `image.json`.
///
/// A directory's name ends in the disk's digest, so that a newer image with the same name never replaces a disk that
/// overlays depend on: the newest one is the image, the older ones stay until ``prune(all:)``.
public struct ImageStore: Sendable {
    /// The directory of the images' directories.
    public let path: FilePath
    /// Where overlays on the store's disks may be.
    let overlayDirectories: [FilePath]

    /// Opens the store in a directory, which is created with its first image.
    ///
    /// - Parameter overlayDirectories: Directories with overlays on the store's disks, searched two levels deep. An image
    ///   whose overlays lie elsewhere counts as unused.
    public init(path: FilePath, overlayDirectories: [FilePath] = []) {
        self.path = path
        self.overlayDirectories = overlayDirectories
    }

    /// The store of a home.
    public init(home: QuiverHome = .current) {
        self.init(path: home.images, overlayDirectories: [home.machines, home.cache])
    }

    /// Whether a disk lies in a directory of a store, where overlays know it by its length and time of writing.
    public static func holds(_ disk: FilePath) -> Bool {
        FileStamp(of: disk.removingLastComponent().appending("image.json")) != nil
    }

    /// The images, by name; of each name and architecture the newest.
    public func list() -> [Image] {
        var newest: [ImageReference.Target: Image] = [:]
        for image in everything() {
            let target = ImageReference.Target.stored(name: image.name, architecture: image.architecture)
            if let other = newest[target], other.created >= image.created { continue }
            newest[target] = image
        }
        return newest.values.sorted { ($0.name, $0.architecture.rawValue) < ($1.name, $1.architecture.rawValue) }
    }

    /// Everything in the store, including superseded images.
    func everything() -> [Image] {
        Directory.names(in: path).filter { !$0.hasPrefix(".") }.compactMap { name in
            let directory = path.appending(name)
            return (try? record(in: directory))?.image(in: directory)
        }
    }

    /// The image that a reference names.
    ///
    /// - Parameter trustsBacking: Whether a file outside the store may name any other file in its header, which the
    ///   guest could then read; see ``checkBacking(of:)``.
    /// - Throws: ``CloudImagesError`` with code `unknownImage` that says how to get it, `badImage` if its disk was
    ///   modified since it was stored, `unsupported` for a file whose header names others.
    public func image(_ reference: ImageReference, trustsBacking: Bool = false) throws(CloudImagesError) -> Image {
        switch reference.target {
        case .file(let file):
            let image = try image(file: file)
            if !trustsBacking { try checkBacking(of: image.disk) }
            return image
        case .stored(let name, let architecture):
            guard let image = list().first(where: { $0.name == name && $0.architecture == architecture }) else {
                throw CloudImagesError(.unknownImage, explainUnknown(reference, name: name))
            }
            let directory = image.disk.removingLastComponent()
            guard let record = try? record(in: directory), record.isUntouched(in: directory) else {
                throw CloudImagesError(
                    .badImage,
                    "\(reference): its disk \(image.disk) was modified after it was stored; verify it: "
                        + "quiver image check \(reference), or remove it: quiver image rm \(reference)",
                )
            }
            return image
        }
    }

    /// Adds an image whose files are in a staging directory, atomically.
    ///
    /// - Parameter staging: A directory from ``makeStaging()`` with all that `image`, whose paths lead there, needs;
    ///   its digest is set.
    /// - Returns: The image with its paths in the store. The same disk again gives the image that is there already.
    func adopt(_ image: Image, staging: FilePath) throws(FileFailure) -> Image {
        let directory = directory(of: image)
        if var known = try? record(in: directory), known.isUntouched(in: directory) {
            // Overlays identify this disk by its modification time: it stays, and becomes the newest one again.
            (known.created, known.defaultUser) = (image.created, image.defaultUser)
            try write(known, to: directory)
            try Directory.removeTree(staging)
            return known.image(in: directory)
        }
        chmod(image.disk.string, 0o444)
        let record = ImageRecord(image)
        try write(record, to: staging)
        try Directory.replace(directory, with: staging)
        return record.image(in: directory)
    }

    private func directory(of image: Image) -> FilePath {
        let name = image.name.split(separator: ":").joined(separator: "-")
        let digest = image.digest?.split(separator: ":").last?.prefix(12) ?? "unknown"
        return path.appending("\(name)-\(image.architecture.rawValue)-\(digest)")
    }

    private func write(_ record: ImageRecord, to directory: FilePath) throws(FileFailure) {
        guard let text = try? record.encoded() else { throw FileFailure("describe", directory, .invalidArgument) }
        try WholeFile.write(text, to: directory.appending("image.json"))
    }

    /// A new directory inside the store for an image in the making; names with a dot are not listed as images.
    func makeStaging() throws(FileFailure) -> FilePath {
        let staging = path.appending(".making-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(staging)
        return staging
    }

    /// What an import, a build or a pull that was killed has left.
    public var abandoned: [FilePath] {
        Directory.names(in: path).filter { name in
            let parts = name.split(separator: "-")
            guard parts.count == 3, parts[0] == ".making", let id = Int32(parts[1]), id > 0 else { return false }
            return kill(id, 0) != 0 && errno == ESRCH
        }
        .map { path.appending($0) }
    }

    /// Removes what ``abandoned`` names.
    public func removeAbandoned() throws(FileFailure) {
        for directory in abandoned { try Directory.removeTree(directory) }
    }

    func record(in directory: FilePath) throws(FileFailure) -> ImageRecord {
        let file = directory.appending("image.json")
        let bytes = try WholeFile.read(file)
        guard let record = try? JSONDecoder().decode(ImageRecord.self, from: Data(bytes)) else {
            throw FileFailure("understand", file, .invalidArgument)
        }
        return record
    }

    /// Finds an image by its name, as in `debian:12`, or by the path of a disk image; see ``image(_:trustsBacking:)``.
    public func image(_ name: String) throws(CloudImagesError) -> Image { try image(ImageReference(name)) }

    private func image(file: FilePath) throws(CloudImagesError) -> Image {
        let path = file.absolute
        let facts: DiskFacts
        do {
            facts = try DiskFacts.read(path)
            try facts.checkBootable()
        } catch let error where error.code == .unreadable {
            let reason = error.cause.map { "\($0)" } ?? "cannot be read"
            let near = NearestName.hint(for: file)
            throw CloudImagesError(
                .unknownImage,
                "\(file): \(reason)" + (near.isEmpty ? "; give the path of a qcow2 or raw disk image" : near),
                cause: error,
            )
        } catch {
            throw CloudImagesError(error)
        }
        return Image(
            name: path.string,
            architecture: .host,
            disk: path,
            format: facts.format,
            defaultUser: Image.usualUser(of: path.lastComponent?.string ?? ""),
            source: "a file outside the store",
            created: 0,
        )
    }

    /// The error for an image that is not in the store, with the one there that may be meant.
    public func unknownHere(_ reference: ImageReference) -> CloudImagesError {
        let near = NearestName.find("\(reference)", among: names)
        let hint = near.map { "did you mean \($0)?" } ?? "see: quiver image ls"
        return CloudImagesError(.unknownImage, "no image \(reference); \(hint)")
    }

    private var names: [String] {
        list().map { $0.architecture == .host ? $0.name : "\($0.name):\($0.architecture.rawValue)" }
    }

    private func explainUnknown(_ reference: ImageReference, name: String) -> String {
        let names = names
        let known = (try? ImageCatalog(toml: ImageCatalog.builtIn, path: "built-in"))?.entries.map(\.name) ?? []
        if !known.contains(name), let near = NearestName.find(name, among: names + known) {
            return "no image \(reference); did you mean \(near)?"
        }
        let here = names.isEmpty ? "there are no images" : "the images are \(names.joined(separator: ", "))"
        var ways: [String] = []
        if known.contains(name) { ways.append("download it: quiver image pull \(reference)") }
        let isBuildable = DebianRelease.all.contains { "debian:\($0.version)" == name }
        if isBuildable { ways.append("build it: quiver image build \(reference)") }
        let way = ways.isEmpty ? "see: quiver image pull --help" : ways.joined(separator: ", or ")
        return "no image \(reference); \(here); \(way)"
    }
}
