internal import KCData
internal import KCKube
