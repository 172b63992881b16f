import HostSupport
public import Quantities
public import SystemPackage

extension Overlay {
    /// Grows an overlay's disk; the new part reads as zeros.
    ///
    /// Only numbers in the header change, so this is fast for disks of any size. A guest's cloud-init grows the
    /// partition and the file system at the next boot.
    /// - Parameters:
    ///   - path: A qcow2 image, with a base or without, that no machine is using.
    ///   - size: The new size, or how much to add; rounded up to a whole sector.
    ///   - isStored: Whether a disk is an image in a store, which other disks are based on; it is refused.
    /// - Returns: The disk's new size.
    /// - Throws: ``DiskImageError`` with code `badSize` for a size below the disk's or above 2 PiB, `unsupported` for
    ///   an image in which more than the header would have to change, `badImage`, `unreadable`, `inUse` or
    ///   `cannotWrite`.
    @discardableResult
    public static func resize(
        _ path: FilePath,
        to size: DiskSize,
        isStored: (FilePath) -> Bool = { _ in false },
    ) throws(DiskImageError) -> ByteCount {
        let path = path.absolute
        let file = try DiskFile(path)
        guard try DiskFormat.probe(file) == .qcow2 else {
            throw DiskImageError(
                .badImage,
                "\(path): not a qcow2 image; a raw one grows with: truncate -s SIZE \(path)"
            )
        }
        let header = try QCOW2Header(reading: file)
        let now = ByteCount(header.size)
        let wanted = size.size(above: now)
        guard wanted <= QCOW2Header.largestDisk else {
            throw DiskImageError(
                .badSize,
                "\(path): \(wanted) is too large for a disk; \(QCOW2Header.largestDisk) is the most"
            )
        }
        let target = ByteCount((wanted.bytes + 511) / 512 * 512)
        guard target >= now else {
            throw DiskImageError(
                .badSize,
                "\(path): has \(now), and a smaller disk would cut off the guest's data; "
                    + "use a larger size, or create a new disk and copy the files"
            )
        }
        guard target > now else { return now }
        guard file.status.isWritable, !isStored(path) else {
            throw DiskImageError(
                .unsupported,
                "\(path): is read-only, or the base of other disks; create an overlay on it instead: "
                    + "quiver overlay create \(path) OUT --size \(target.bytes)"
            )
        }
        if let reason = try Resizing(header: header, target: target).obstacle(of: file, at: path) {
            throw DiskImageError(
                .unsupported,
                "\(path): \(reason), so more than its header has to change; use: qemu-img resize -f qcow2 \(path) \(target.bytes)"
            )
        }
        try grow(path, header, to: target)
        return target
    }

    private static func grow(_ path: FilePath, _ header: QCOW2Header, to size: ByteCount) throws(DiskImageError) {
        let entries = header.firstLevelEntries(for: size)
        try DiskEdit.edit(path, to: "change its size", examined: header) { file in
            if entries > UInt64(header.firstLevelEntries) {
                // The unused end of the table's last cluster is not guaranteed to be zero.
                let fresh = [UInt8](repeating: 0, count: Int(entries - UInt64(header.firstLevelEntries)) * 8)
                let place = header.firstLevelOffset + UInt64(header.firstLevelEntries) * 8
                _ = try file.writeAll(toAbsoluteOffset: Int64(place), fresh)
                try DiskEdit.settle(file)
            }
            // Size, encryption and entries are adjacent and written together.
            var fields = BigEndianWriter()
            fields.append(size.bytes)
            fields.append(header.encryption)
            fields.append(UInt32(max(entries, UInt64(header.firstLevelEntries))))
            _ = try file.writeAll(toAbsoluteOffset: 24, fields.bytes)
        }
    }
}

extension QCOW2Header {
    /// How many entries of the first-level table a disk of the given size takes.
    fileprivate func firstLevelEntries(for size: ByteCount) -> UInt64 {
        let entrySize: UInt64 = incompatible & Incompatible.extendedL2 == 0 ? 8 : 16
        let (perEntry, overflows) = (clusterSize / entrySize).multipliedReportingOverflow(by: clusterSize)
        guard !overflows else { return 1 }
        return (size.bytes + perEntry - 1) / perEntry
    }
}

/// Whether a disk can be grown by only changing its header.
private struct Resizing {
    let header: QCOW2Header
    let target: ByteCount

    /// Why not; nil if it can.
    func obstacle(of file: borrowing DiskFile, at path: FilePath) throws(DiskImageError) -> String? {
        typealias Incompatible = QCOW2Header.Incompatible
        guard header.incompatible & Incompatible.corrupt == 0 else {
            throw file.damage("is marked as corrupt; try: qemu-img check -r all \(path)")
        }
        if header.incompatible & Incompatible.dataFile != 0 { return "its data lies in another file" }
        if header.autoclear != 0 { return "it has bitmaps" }
        if header.snapshotCount > 0, header.version == 2 { return "it has snapshots in the format's old version" }
        if try isBelowItsBase(at: path) { return "it is smaller than its base, or its base's size is not known" }
        let tableSize = UInt64(header.firstLevelEntries) * 8
        guard header.firstLevelEntries > 0, header.firstLevelOffset % header.clusterSize == 0 else {
            return "its table of clusters is unusual"
        }
        try file.checkRange(at: header.firstLevelOffset, count: tableSize, of: "table of clusters")
        let clusters = (tableSize + header.clusterSize - 1) / header.clusterSize
        guard header.firstLevelEntries(for: target) * 8 <= clusters * header.clusterSize else {
            return "its table of clusters has no room for \(target)"
        }
        return nil
    }

    /// Whether the base has data beyond the disk's end, which would appear in the new part.
    private func isBelowItsBase(at path: FilePath) throws(DiskImageError) -> Bool {
        guard header.backingFile != nil else { return false }
        let chain = try DiskChain.readWhole(path, format: .qcow2)
        // The size of a remote base is not known.
        guard chain.links.count > 1 else { return true }
        return chain.links[1].facts.virtualSize.bytes > header.size
    }
}
