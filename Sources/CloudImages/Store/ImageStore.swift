import FoundationEssentials
public import HostSupport
public import SystemPackage

/// The images on this host: a folder for each, with the disk, what boots it and `image.json`.
public struct ImageStore: Sendable {
    /// The folder that holds the images' folders.
    public let path: FilePath

    public init(path: FilePath) {
        self.path = path
    }

    /// The store of a home.
    public init(home: QuiverHome = .current) {
        path = home.images
    }

    /// The images, by name.
    public func list() -> [Image] {
        Folder.names(in: path).compactMap { try? read(folder: path.appending($0)) }
    }

    /// The image that a reference leads to.
    ///
    /// - Throws: ``CloudImagesError`` with code `unknownImage` that says how to get it.
    public func image(_ reference: ImageReference) throws(CloudImagesError) -> Image {
        switch reference.target {
        case .file(let file):
            return try image(file: file)
        case .stored(let name, let architecture):
            let folder = folder(of: name, architecture: architecture)
            do {
                return try read(folder: folder)
            } catch let error where error.reason == .noSuchFileOrDirectory {
                throw CloudImagesError(.unknownImage, explainUnknown(reference), cause: error)
            } catch {
                throw CloudImagesError(.badImage, "\(reference): \(error)", cause: error)
            }
        }
    }

    /// The folder of an image, whether it is there or not.
    public func folder(of name: String, architecture: ImageArchitecture) -> FilePath {
        path.appending("\(name.split(separator: ":").joined(separator: "-"))-\(architecture.rawValue)")
    }

    /// Adds an image whose files are in a folder beside the others, in one step: it is there whole or not at all.
    ///
    /// - Parameter staging: A folder from ``makeStaging()`` with all that `image`, whose paths lead there, needs.
    /// - Returns: The image with its paths in the store.
    func adopt(_ image: Image, staging: FilePath) throws(FileFailure) -> Image {
        let folder = folder(of: image.name, architecture: image.architecture)
        let record = ImageRecord(image)
        guard let text = try? record.encoded() else { throw FileFailure("describe", folder, .invalidArgument) }
        try WholeFile.write(text, to: staging.appending("image.json"))
        try Folder.replace(folder, with: staging)
        return record.image(in: folder)
    }

    /// A new folder inside the store for an image in the making; names with a dot are not listed as images.
    func makeStaging() throws(FileFailure) -> FilePath {
        let staging = path.appending(".making-\(UInt64.random(in: 0 ... .max))")
        try Folder.create(staging)
        return staging
    }

    private func read(folder: FilePath) throws(FileFailure) -> Image {
        let file = folder.appending("image.json")
        let bytes = try WholeFile.read(file)
        guard let record = try? JSONDecoder().decode(ImageRecord.self, from: Data(bytes)) else {
            throw FileFailure("understand", file, .invalidArgument)
        }
        return record.image(in: folder)
    }

    private func image(file: FilePath) throws(CloudImagesError) -> Image {
        let path = file.absolute
        let start: [UInt8]
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            start = try descriptor.closeAfter {
                var bytes = [UInt8](repeating: 0, count: 4)
                _ = try bytes.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                return bytes
            }
        } catch {
            throw CloudImagesError(
                .unknownImage,
                "\(file): cannot be read: \(error as? Errno ?? .ioError); give the path of a qcow2 or raw disk image",
                cause: error,
            )
        }
        return Image(
            name: path.string,
            architecture: .host,
            disk: path,
            format: start == [0x51, 0x46, 0x49, 0xFB] ? .qcow2 : .raw,
            defaultUser: Image.usualUser(of: path.lastComponent?.string ?? ""),
            source: "a file outside the store",
            created: 0,
        )
    }

    private func explainUnknown(_ reference: ImageReference) -> String {
        let names = list().map(\.name)
        let here = names.isEmpty ? "there are no images yet" : "the images here are \(names.joined(separator: ", "))"
        return "no image \(reference); \(here). Get it with: quiver image pull \(reference), "
            + "or make it with: quiver image build \(reference)"
    }
}
