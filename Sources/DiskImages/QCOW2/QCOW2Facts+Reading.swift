import Quantities

extension QCOW2Facts {
    /// Reads the facts of an image in memory, which may be hostile.
    ///
    /// - Parameter name: The image as errors name it.
    /// - Throws: ``DiskImageError`` with code `badImage`.
    public init(of bytes: [UInt8], named name: String) throws(DiskImageError) {
        try self.init(reading: DiskMemory(name: name, bytes: bytes))
    }

    /// Reads the facts of an image; `disk` may be hostile.
    ///
    /// At most 64 MiB are read, whatever the header claims.
    /// - Throws: ``DiskImageError`` with code `badImage`.
    package init(reading disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) {
        let header = try QCOW2Header(reading: disk)
        version = Int(header.version)
        virtualSize = ByteCount(header.size)
        clusterSize = ByteCount(header.clusterSize)
        backingFile = header.backingFile
        backingFormat = header.backingFile == nil ? nil : header.text(of: QCOW2Header.Extension.backingFormat)
        let hasDataFile = header.incompatible & QCOW2Header.Incompatible.dataFile != 0
        dataFile = hasDataFile ? header.text(of: QCOW2Header.Extension.dataFile) : nil
        isDataFileRaw = hasDataFile && header.autoclear & 0b10 != 0
        encryption = [Encryption.none, .aes, .luks][Int(header.encryption)]
        compression = header.compressionType == 1 ? .zstd : .zlib
        referenceCountBits = 1 << Int(header.referenceCountOrder)
        hasLazyReferenceCounts = header.compatible & 1 != 0
        hasExtendedL2 = header.incompatible & QCOW2Header.Incompatible.extendedL2 != 0
        isDirty = header.incompatible & QCOW2Header.Incompatible.dirty != 0
        isCorrupt = header.incompatible & QCOW2Header.Incompatible.corrupt != 0
        snapshots = try SnapshotTable(header).read(from: disk)
        bitmaps = try BitmapDirectory(header)?.read(from: disk) ?? []
        baseIdentity = header.data(of: BaseIdentity.extensionType).flatMap(BaseIdentity.init(extensionData:))
    }
}

/// The table of the snapshots inside of an image.
private struct SnapshotTable {
    /// QEMU's limits: snapshots in an image, bytes of their table, bytes of one entry's extra data.
    private static let mostSnapshots: UInt32 = 65536
    private static let longestTable = 64 << 20
    private static let longestExtraData: UInt32 = 1024
    private static let fixedLength = 40

    let count: UInt32
    let offset: UInt64

    init(_ header: QCOW2Header) {
        count = header.snapshotCount
        offset = header.snapshotsOffset
    }

    func read(from disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) -> [QCOW2Facts.Snapshot] {
        guard count > 0 else { return [] }
        guard count <= Self.mostSnapshots else { throw disk.damage("claims \(count) snapshots; 65536 are the most") }
        try disk.checkRange(at: offset, count: UInt64(count) * UInt64(Self.fixedLength), of: "table of snapshots")
        var snapshots: [QCOW2Facts.Snapshot] = []
        var place = offset
        for _ in 0..<count {
            let (snapshot, length) = try entry(of: disk, at: place)
            snapshots.append(snapshot)
            place += UInt64(length)
            guard place - offset <= Self.longestTable else { throw disk.damage("its table of snapshots is too long") }
        }
        return snapshots
    }

    private func entry(
        of disk: borrowing some DiskBytes & ~Copyable,
        at place: UInt64,
    ) throws(DiskImageError) -> (QCOW2Facts.Snapshot, length: Int) {
        var fixed = BigEndianReader(try disk.read(at: place, count: Self.fixedLength))
        guard
            fixed.integer(UInt64.self) != nil,
            fixed.integer(UInt32.self) != nil,
            let idLength = fixed.integer(UInt16.self),
            let nameLength = fixed.integer(UInt16.self),
            let dateSeconds = fixed.integer(UInt32.self),
            let dateNanoseconds = fixed.integer(UInt32.self),
            let clock = fixed.integer(UInt64.self),
            let shortSize = fixed.integer(UInt32.self),
            let extraLength = fixed.integer(UInt32.self)
        else { throw disk.damage("its table of snapshots is cut short") }
        guard extraLength <= Self.longestExtraData else {
            throw disk.damage("a snapshot has \(extraLength) bytes of extra data; 1024 are the most")
        }
        let variable = Int(extraLength) + Int(idLength) + Int(nameLength)
        var reader = BigEndianReader(try disk.read(at: place + UInt64(Self.fixedLength), count: variable))
        var extra = BigEndianReader(Array(reader.take(Int(extraLength)) ?? []))
        let longSize = extra.integer(UInt64.self)
        let diskSize = extra.integer(UInt64.self)
        let instructions = extra.integer(UInt64.self)
        let snapshot = QCOW2Facts.Snapshot(
            id: reader.text(Int(idLength)) ?? "",
            name: reader.text(Int(nameLength)) ?? "",
            vmStateSize: ByteCount(longSize ?? UInt64(shortSize)),
            diskSize: diskSize.map { ByteCount($0) },
            dateSeconds: dateSeconds,
            dateNanoseconds: dateNanoseconds,
            vmClockNanoseconds: clock,
            instructionCount: instructions == .max ? nil : instructions,
        )
        return (snapshot, (Self.fixedLength + variable + 7) / 8 * 8)
    }
}

/// The directory of an image's bitmaps.
private struct BitmapDirectory {
    /// QEMU's limits.
    private static let mostBitmaps: UInt32 = 65535
    private static let longestDirectory: UInt64 = 64 << 20

    let count: UInt32
    let size: UInt64
    let offset: UInt64

    /// The directory, or nil when the image has none that is valid.
    init?(_ header: QCOW2Header) {
        // Without the autoclear bit, a program that knows no bitmaps wrote to the image, and they mean nothing now.
        guard header.autoclear & 1 != 0, let data = header.data(of: QCOW2Header.Extension.bitmaps) else { return nil }
        var reader = BigEndianReader(data)
        guard
            let count = reader.integer(UInt32.self),
            reader.integer(UInt32.self) != nil,
            let size = reader.integer(UInt64.self),
            let offset = reader.integer(UInt64.self)
        else { return nil }
        self.count = count
        self.size = size
        self.offset = offset
    }

    func read(from disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) -> [QCOW2Facts.Bitmap] {
        guard count <= Self.mostBitmaps, size <= Self.longestDirectory else {
            throw disk.damage("its directory of bitmaps claims \(count) entries in \(size) bytes")
        }
        try disk.checkRange(at: offset, count: size, of: "directory of bitmaps")
        var reader = BigEndianReader(try disk.read(at: offset, count: Int(size)))
        var bitmaps: [QCOW2Facts.Bitmap] = []
        for _ in 0..<count {
            guard
                reader.take(12) != nil,
                let flags = reader.integer(UInt32.self),
                reader.take(1) != nil,
                let granularityBits = reader.integer(UInt8.self),
                let nameLength = reader.integer(UInt16.self),
                let extraLength = reader.integer(UInt32.self),
                reader.take(Int(extraLength)) != nil,
                let name = reader.text(Int(nameLength)),
                granularityBits < 32
            else { throw disk.damage("its directory of bitmaps is damaged") }
            reader.align(to: 8)
            bitmaps.append(
                QCOW2Facts.Bitmap(
                    name: name,
                    granularity: ByteCount(1 << UInt64(granularityBits)),
                    isInUse: flags & 0b01 != 0,
                    isAutomatic: flags & 0b10 != 0,
                )
            )
        }
        return bitmaps
    }
}
