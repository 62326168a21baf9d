import { expect, test } from 'vitest'
import { shortNames } from '#renderer/parts/room/host-names.ts'

const short = (...hosts: string[]) => hosts.map(shortNames(hosts))

test('hosts of one domain are called without it, and stay apart', () => {
  expect(short('edge-01.eu.shop.example', 'edge-02.eu.shop.example')).toEqual(['edge-01', 'edge-02'])
  expect(short('web.eu.shop.example', 'web.us.shop.example')).toEqual(['web.eu', 'web.us'])
})

test('names that share no end, a name that is another one’s end, addresses and one host alone stay themselves', () => {
  expect(short('app1', 'lb1.shop.example')).toEqual(['app1', 'lb1.shop.example'])
  expect(short('shop.example', 'lb1.shop.example')).toEqual(['shop', 'lb1.shop'])
  expect(short('edge-01.eu.shop.example')).toEqual(['edge-01.eu.shop.example'])
  expect(short('10.4.1.11', '10.4.2.11')).toEqual(['10.4.1.11', '10.4.2.11'])
  expect(short()).toEqual([])
})
